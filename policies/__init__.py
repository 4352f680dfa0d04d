"""Policy notices as data and the pure planner over them. Plain Python: no Django, no clock."""
