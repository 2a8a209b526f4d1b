"""The player in the browser: plain ES modules under assets/, the payload they are sent, and the lines that mount them."""
