"""A stateful simulator of the ConnectWise PSA REST API, faithful enough for clients that others wrote."""
