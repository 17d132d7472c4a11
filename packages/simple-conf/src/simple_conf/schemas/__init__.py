"""Schemas: fields, conversion, validation, documentation."""
