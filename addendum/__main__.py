from addendum.cli import main

main()
