"""The Sync Invoices tool: closed ConnectWise invoices become QuickBooks entries, exactly, or are refused (S1 to S10)."""
