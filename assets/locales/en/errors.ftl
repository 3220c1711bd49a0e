# Failures of a step: what failed, and in `-next` what to do. Each pair is shown in an ErrorNote.
errors-title = That did not work
errors-unknown = The last step did not work.
errors-unknown-next = What you entered is still here. Please try again; if it fails again, contact your administrator.
errors-offline = There is no network now.
errors-offline-next = The record is in the phone and is sent by itself when there is signal. No need to wait.
errors-storage-full = The phone's storage is full, nothing was saved.
errors-storage-full-next = Delete some files or apps you do not need, then press Save again. What you entered is still here.
