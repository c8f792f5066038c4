#!/usr/bin/env node
// npm links a program only where its file is there when it installs, which the compiled one in this repository is not.
import '../dist/main.js'
