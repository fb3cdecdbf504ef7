@rem "npm start" begins with the exec of a POSIX shell, so that signals to npm reach the program; cmd has none, and finds this.
@%*
