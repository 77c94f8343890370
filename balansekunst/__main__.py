"""`python -m balansekunst`: the same as the command `balansekunst`."""

from balansekunst.main import main

if __name__ == "__main__":
    main()
