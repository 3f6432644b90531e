"""One use of the product, one function. Clock and connectors meet here."""
