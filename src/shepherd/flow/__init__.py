"""The language: source with places, schema, expressions, model, graph, draft. Pure."""
