"""What every rerun does: find the page that is asked for, and run it."""

from rnnviz.site.navigation import navigate

navigate().run()
