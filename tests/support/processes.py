"""Processes for races and crashes, forked from one that has imported the application and holds nothing open."""

import multiprocessing

context = multiprocessing.get_context("forkserver")
context.set_forkserver_preload(["tests.support.world"])
