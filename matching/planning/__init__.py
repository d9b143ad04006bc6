"""How a programme is planned: the problems, their solvers, and a checker that trusts none of them."""
