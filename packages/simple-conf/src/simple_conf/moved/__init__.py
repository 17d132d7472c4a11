"""Modules under the names that they had in version 0.3.0, which its pickles import.

Each re-exports what such a pickle can name. They are found as ``simple_conf.storing`` and so on, since
``simple_conf`` looks for its modules in this folder too; nothing else imports them.
"""
