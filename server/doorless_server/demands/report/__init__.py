"""What an operator publishes about demands: views on the ledger, and the forms they are put in."""
