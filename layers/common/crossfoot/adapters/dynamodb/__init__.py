"""Our one DynamoDB table, a module per room. Every key is built in `keys`, every call is made in `table`; docs/data.md."""
