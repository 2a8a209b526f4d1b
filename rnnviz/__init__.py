"""Step a real recurrent network through time: run it, trace it, look into it."""

from rnnviz.experiment import Experiment, ExperimentError, Hold
from rnnviz.run import run
from rnnviz.trace import LayerTrace, Trace

__all__ = ["Experiment", "ExperimentError", "Hold", "LayerTrace", "Trace", "run"]
