from .candidates import Candidates as Candidates
from .candidates import cluster_candidates as cluster_candidates
from .decline import Declines as Declines
from .decline import find_declines as find_declines
from .promotions import find_promotions as find_promotions
