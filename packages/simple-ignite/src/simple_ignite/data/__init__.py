"""Files in memory once for all processes, and batches drawn ahead of the step."""

from simple_ignite.data.async_file import AsyncFile
from simple_ignite.data.cache_manager import CacheManager
from simple_ignite.data.cache_mode import CacheMode
from simple_ignite.data.cached_data import CachedData
from simple_ignite.data.cached_dataset import CachedDataset
from simple_ignite.data.loading.prefetch import prefetch
from simple_ignite.data.memory import available_memory
from simple_ignite.data.tokenizer_cache import TokenizerCache
from simple_ignite.errors import CacheError, FileChangedError

__all__ = [
    "AsyncFile",
    "CacheError",
    "CacheManager",
    "CacheMode",
    "CachedData",
    "CachedDataset",
    "FileChangedError",
    "TokenizerCache",
    "available_memory",
    "prefetch",
]
