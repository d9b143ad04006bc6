"""Events over HTTP: the same services, selectors and refusals as the pages."""
