"""Early warning of debts: arrears events become routed household cases."""

__version__ = "0.1.0"
