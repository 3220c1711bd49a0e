# The menu behind the plus.
