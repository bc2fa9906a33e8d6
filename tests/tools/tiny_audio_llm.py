"""Makes a language model that listens, as llama.cpp takes one: a GGUF and its mmproj GGUF in the true architecture
of Qwen2-Audio (a Whisper encoder, one projection, a Qwen2 decoder) and the true names and shapes of tensors, but
small, and of seeded random weights. What it says is noise; that it is the same noise as llama.cpp's own tools say
on the same files is what tests show.

usage: tiny_audio_llm.py FOLDER [--seed N] [--width W] [--layers N] [--end-bias B] [--any-byte] [--kind qwen2|qwen2vl]
"""

import argparse
import pathlib
import struct

import numpy

ALIGNMENT = 32
UINT32, INT32, FLOAT32, BOOL, STRING, ARRAY = 4, 5, 6, 7, 8, 9
F32, F16 = 0, 1
MEL_BINS, POSITIONS = 128, 1500
SPECIAL = ["<|endoftext|>", "<|im_start|>", "<|im_end|>", "<|audio_bos|>", "<|audio_eos|>", "<|AUDIO|>"]
# Of the shape of the true one: a system message of its own where the conversation has none.
TEMPLATE = (
    "{% for message in messages %}{% if loop.first and message['role'] != 'system' %}<|im_start|>system\n"
    "You are a helpful assistant.<|im_end|>\n{% endif %}<|im_start|>{{ message['role'] }}\n"
    "{{ message['content'] }}<|im_end|>\n{% endfor %}{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)


def text(value):
    data = value.encode()
    return struct.pack("<Q", len(data)) + data


def member(key, kind, value):
    """One key with its value, as GGUF has it."""
    head = text(key) + struct.pack("<I", kind)
    if kind == ARRAY:
        element, values = value
        packed = b"".join(text(one) if element == STRING else struct.pack("<i", one) for one in values)
        return head + struct.pack("<IQ", element, len(values)) + packed
    if kind == STRING:
        return head + text(value)
    return head + struct.pack({UINT32: "<I", INT32: "<i", FLOAT32: "<f", BOOL: "<?"}[kind], value)


def write(path, members, tensors, version=3):
    """@tensors: {name: array}, each in numpy's order of dimensions: GGUF has them the other way round."""
    head = b"GGUF" + struct.pack("<IQQ", version, len(tensors), len(members))
    head += b"".join(member(*one) for one in members)
    data, infos = b"", b""
    for name, array in tensors.items():
        kind = F16 if array.dtype == numpy.float16 else F32
        shape = array.shape[::-1]
        infos += text(name) + struct.pack(f"<I{len(shape)}QIQ", len(shape), *shape, kind, len(data))
        data += array.tobytes()
        data += bytes(-len(data) % ALIGNMENT)
    head += infos
    path.write_bytes(head + bytes(-len(head) % ALIGNMENT) + data)


def byte_letters():
    """The letters that stand for bytes in GPT-2's vocabulary: printable ones for themselves, the rest from U+0100."""
    plain = [*range(33, 127), *range(161, 173), *range(174, 256)]
    rest = [byte for byte in range(256) if byte not in plain]
    return {**{byte: chr(byte) for byte in plain}, **{byte: chr(256 + i) for i, byte in enumerate(rest)}}


class Weights:
    """Seeded, with gains that keep the activations of a random network alive."""

    def __init__(self, seed):
        self.random = numpy.random.default_rng(seed)

    def matrix(self, *shape, gain=1.0):
        values = self.random.standard_normal(shape, dtype=numpy.float32)
        return values * numpy.float32(gain / numpy.sqrt(shape[-1]))

    def vector(self, size, gain=0.1):
        return self.random.standard_normal(size, dtype=numpy.float32) * numpy.float32(gain)


def norm(size):
    return numpy.ones(size, dtype=numpy.float32)


def language_model(weights, width, layers, end_bias, any_byte=False, kind="qwen2", phrase=""):
    """@end_bias: of the token that ends an answer: great and negative: it never does; great: at once.
    @any_byte: it says any byte, mostly no UTF-8; else printable ASCII. @kind: its architecture, "qwen2vl" for that of
    Qwen2.5-Omni, whose places have several coordinates. @phrase: a text that is one token, the last before SPECIAL."""
    letters = byte_letters()
    words = [letters[byte] for byte in range(256)]
    merged = [letters[32] + letter for letter in "taoiswcbpmfdrlnehgu"]
    phrases = ["".join(letters[byte] for byte in phrase.encode())] if phrase else []
    tokens = words + merged + phrases + SPECIAL
    kinds = [1] * (len(tokens) - len(SPECIAL)) + [3] * len(SPECIAL)
    end = tokens.index("<|im_end|>")
    hidden, heads = 2 * width, width // 64
    members = [
        ("general.architecture", STRING, kind),
        ("general.type", STRING, "model"),
        ("general.name", STRING, "Tiny audio model of random weights"),
        ("general.file_type", UINT32, 0),
        (kind + ".context_length", UINT32, 8192),
        (kind + ".embedding_length", UINT32, width),
        (kind + ".block_count", UINT32, layers),
        (kind + ".feed_forward_length", UINT32, hidden),
        (kind + ".attention.head_count", UINT32, heads),
        (kind + ".attention.head_count_kv", UINT32, heads),
        (kind + ".rope.freq_base", FLOAT32, 10000.0),
        (kind + ".attention.layer_norm_rms_epsilon", FLOAT32, 1e-6),
        ("tokenizer.ggml.model", STRING, "gpt2"),
        ("tokenizer.ggml.pre", STRING, "qwen2"),
        ("tokenizer.ggml.tokens", ARRAY, (STRING, tokens)),
        ("tokenizer.ggml.token_type", ARRAY, (INT32, kinds)),
        ("tokenizer.ggml.merges", ARRAY, (STRING, [f"{letters[32]} {word[1]}" for word in merged])),
        ("tokenizer.ggml.eos_token_id", UINT32, end),
        ("tokenizer.ggml.padding_token_id", UINT32, tokens.index("<|endoftext|>")),
        ("tokenizer.ggml.add_bos_token", BOOL, False),
        ("tokenizer.chat_template", STRING, TEMPLATE),
    ]
    if kind == "qwen2vl":
        members.append((kind + ".rope.dimension_sections", ARRAY, (INT32, [8, 12, 12, 0])))
    # Of special tokens it says only the end. A logit of 0 is never the likeliest: qwen2vl knows no bias.
    silent = [] if any_byte else [byte for byte in range(256) if not 32 <= byte < 127]
    silent += [i for i in range(len(words) + len(merged), len(tokens)) if i != end or end_bias < 0]  # and no phrase
    output = weights.matrix(len(tokens), width, gain=4)
    bias = numpy.zeros(len(tokens), dtype=numpy.float32)
    output[silent], bias[silent] = 0, -1e6
    bias[end] = end_bias
    tensors = {
        "token_embd.weight": weights.matrix(len(tokens), width, gain=numpy.sqrt(width)),
        "output_norm.weight": norm(width),
        "output.weight": output,
        "output.bias": bias,
    }
    for i in range(layers):
        at = f"blk.{i}."
        tensors.update({at + "attn_norm.weight": norm(width), at + "ffn_norm.weight": norm(width)})
        for part in "qkv":
            tensors[at + f"attn_{part}.weight"] = weights.matrix(width, width, gain=3)
            tensors[at + f"attn_{part}.bias"] = weights.vector(width)
        tensors[at + "attn_output.weight"] = weights.matrix(width, width, gain=3)
        tensors[at + "ffn_gate.weight"] = weights.matrix(hidden, width)
        tensors[at + "ffn_up.weight"] = weights.matrix(hidden, width)
        tensors[at + "ffn_down.weight"] = weights.matrix(width, hidden)
    return members, tensors


def projector(weights, width, into, layers=2):
    """@width: of the encoder; @into: of the language model."""
    hidden = 4 * width
    members = [
        ("general.architecture", STRING, "clip"),
        ("general.type", STRING, "mmproj"),
        ("general.name", STRING, "Tiny audio encoder of random weights"),
        ("general.file_type", UINT32, 1),
        ("clip.has_audio_encoder", BOOL, True),
        ("clip.projector_type", STRING, "qwen2a"),
        ("clip.audio.projection_dim", UINT32, into),
        ("clip.audio.embedding_length", UINT32, width),
        ("clip.audio.feed_forward_length", UINT32, hidden),
        ("clip.audio.block_count", UINT32, layers),
        ("clip.audio.attention.head_count", UINT32, width // 64),
        ("clip.audio.attention.layer_norm_epsilon", FLOAT32, 1e-5),
        ("clip.audio.num_mel_bins", UINT32, MEL_BINS),
    ]
    tensors = {
        "a.conv1d.1.weight": weights.matrix(width, MEL_BINS, 3).astype(numpy.float16),
        "a.conv1d.1.bias": weights.vector((width, 1)),
        "a.conv1d.2.weight": weights.matrix(width, width, 3).astype(numpy.float16),
        "a.conv1d.2.bias": weights.vector((width, 1)),
        "a.position_embd.weight": weights.matrix(POSITIONS, width),
        "a.post_ln.weight": norm(width),
        "a.post_ln.bias": weights.vector(width),
        "mm.a.fc.weight": weights.matrix(into, width, gain=2),
        "mm.a.fc.bias": weights.vector(into),
    }
    for i in range(layers):
        at = f"a.blk.{i}."
        for name in ("ln1", "ln2"):
            tensors.update({at + name + ".weight": norm(width), at + name + ".bias": weights.vector(width)})
        for name, shape in (
            ("attn_q", (width, width)),
            ("attn_k", (width, width)),
            ("attn_v", (width, width)),
            ("attn_out", (width, width)),
            ("ffn_up", (hidden, width)),
            ("ffn_down", (width, hidden)),
        ):
            tensors[at + name + ".weight"] = weights.matrix(*shape)
            if name != "attn_k":  # Whisper's keys have no bias
                tensors[at + name + ".bias"] = weights.vector(shape[0])
    return members, tensors


def saying(phrase):
    """A language model that answers whatever it is asked with @phrase: of each token it knows which one follows, by
    weights that pass by attention and what lies behind it."""
    width = 320  # at least a place for each token
    members, tensors = language_model(Weights(1), width, 1, 0, phrase=phrase)
    count = len(tensors["token_embd.weight"])
    said, end = count - len(SPECIAL) - 1, count - len(SPECIAL) + SPECIAL.index("<|im_end|>")
    for name in ("token_embd", "output", "blk.0.attn_output", "blk.0.ffn_down"):
        tensors[name + ".weight"][:] = 0
    tensors["output.bias"][:] = 0
    tensors["token_embd.weight"][range(count), range(count)] = 1
    tensors["output.weight"][said, ord("\n")] = 1  # what stands before an answer
    tensors["output.weight"][end, said] = 1
    return members, tensors


def make_text(path, model):
    """Writes what language_model() or saying() gave; returns @path."""
    write(pathlib.Path(path), *model)
    return path


def make(folder, seed=1, width=128, layers=2, end_bias=0.0, any_byte=False, kind="qwen2"):
    """Writes tiny.gguf and mmproj-tiny.gguf into @folder; returns it."""
    weights, folder = Weights(seed), pathlib.Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    write(folder / "tiny.gguf", *language_model(weights, width, layers, end_bias, any_byte, kind))
    write(folder / "mmproj-tiny.gguf", *projector(weights, 128, width))
    return folder


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("folder")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--width", type=int, default=128)
    parser.add_argument("--layers", type=int, default=2)
    parser.add_argument("--end-bias", type=float, default=0.0)
    parser.add_argument("--any-byte", action="store_true")
    parser.add_argument("--kind", default="qwen2", choices=["qwen2", "qwen2vl"])
    given = parser.parse_args()
    make(given.folder, given.seed, given.width, given.layers, given.end_bias, given.any_byte, given.kind)
