"""What the command line does, a module per kind of work; `signals.cli` names them."""
