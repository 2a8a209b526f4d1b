"""The player in the browser: ES modules under assets/, the payload they are sent, and the lines that mount them."""
