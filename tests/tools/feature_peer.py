"""What transformers' own classes make of a sound, for tests/oracle/test_genre.py: run by the environment of
genre-transformers. Arguments: the class, its arguments as JSON, samples (.npy), where to write (.npy)."""

import json
import sys

import numpy
import transformers

name, arguments, samples, into = sys.argv[1:]
extractor = getattr(transformers, name)(**json.loads(arguments))
features = extractor(numpy.load(samples), sampling_rate=extractor.sampling_rate, return_tensors="np")
numpy.save(into, features[extractor.model_input_names[0]][0])
