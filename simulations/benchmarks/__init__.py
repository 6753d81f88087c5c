"""What `manage.py benchmark` measures, one module a part; none of it runs in a simulation or in the site."""
