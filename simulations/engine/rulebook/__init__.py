"""The rules, one file a section; `simulations.engine.rules` joins them."""
