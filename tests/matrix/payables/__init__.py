"""Every way in which a vendor, bill, vendor credit and bill payment is made, and what both books show in the end."""
