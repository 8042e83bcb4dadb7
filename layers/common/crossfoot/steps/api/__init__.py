"""api: answer what the dashboard and back ends ask. One module per resource; `routes` is the table of them all."""
