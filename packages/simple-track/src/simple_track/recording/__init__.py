"""Recording a run, from start to end."""
