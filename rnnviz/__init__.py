"""Step a real recurrent network through time: run it, trace it, look into it."""

from rnnviz.experiment import Experiment, ExperimentError, Hold
from rnnviz.export import show
from rnnviz.recording import record
from rnnviz.run import run
from rnnviz.sweep import Sweep, sweep
from rnnviz.trace import LayerTrace, Trace
from rnnviz.training import train

__all__ = [
    "Experiment",
    "ExperimentError",
    "Hold",
    "LayerTrace",
    "Sweep",
    "Trace",
    "record",
    "run",
    "show",
    "sweep",
    "train",
]
