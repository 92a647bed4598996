"""What a request carries in its meta for our middlewares."""

NO_ROBOTS = "no_robots"  # robots.txt has no say in it
PART_OF = "part_of"  # something that a page asks for in the browser: the page's address
RENDERING = "rendering"  # the browser is to show what was fetched already; nothing is asked of the host
