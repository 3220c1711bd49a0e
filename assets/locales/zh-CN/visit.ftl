# Recording a visit, call or message.
