"""From rows to figures: `data` reads them, `outcomes` and `network` compute, `figures` are the results."""
