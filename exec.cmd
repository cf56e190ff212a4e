@rem Windows has no `exec`, with which package.json's `start` hands Ctrl-C and the exit status straight to Portcullis elsewhere.
@%*
