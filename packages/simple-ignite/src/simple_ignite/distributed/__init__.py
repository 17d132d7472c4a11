"""Working with several processes as one."""

from simple_ignite.distributed.collective import agree, gather, is_distributed

__all__ = ["agree", "gather", "is_distributed"]
