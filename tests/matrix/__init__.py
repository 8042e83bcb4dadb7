"""Every way in which a payment is made, and what can become of it afterwards, on both sandboxes: the end in three books."""
