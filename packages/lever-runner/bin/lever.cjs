#!/usr/bin/env node
"use strict";
require("../dist/lever.cjs");
