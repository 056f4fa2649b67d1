"""The looks of a drawing: a colour for each family of words, on light and dark pages."""

from __future__ import annotations

FAMILIES = {
    **dict.fromkeys(["matmul", "einsum", "conv"], "product"),
    **dict.fromkeys(["lstm", "gru", "rnn"], "native"),
    **dict.fromkeys(["tanh", "sigmoid", "relu", "softmax", "log_softmax", "softplus", "elu", "selu"], "curve"),
    **dict.fromkeys(["gather", "gather_nd", "scatter_nd", "row_write", "one_hot", "slice", "top_k"], "pick"),
    **dict.fromkeys(["shape", "range"], "count"),
}
"""The family of each word that stands out; the others are plain, or ``count`` where they give no reals."""

_FONT = "ui-monospace,SFMono-Regular,Menlo,Consolas,'DejaVu Sans Mono',monospace"

STYLE = f"""
text{{font-family:{_FONT};font-size:10px;fill:#57606a}}
.kind,.name{{font-size:12px;font-weight:600;fill:#1f2328}}
.attrs{{fill:#8250df}}.type{{fill:#57606a}}.role{{fill:#8c959f}}
.page{{fill:#ffffff}}
.card{{stroke-width:1;fill:#f6f8fa;stroke:#d0d7de}}
.card.product{{fill:#ddf4ff;stroke:#54aeff}}
.card.native{{fill:#fbefff;stroke:#c297ff;stroke-width:2}}
.card.curve{{fill:#dafbe1;stroke:#4ac26b}}
.card.pick{{fill:#fff8c5;stroke:#d4a72c}}
.card.count{{fill:#ffffff;stroke:#d8dee4;stroke-dasharray:3 2}}
.card.end{{fill:#eaeef2;stroke:#6e7781}}
.frame{{fill:#8c959f;fill-opacity:.06;stroke:#8c959f;stroke-width:1.5}}
.frame.recur,.frame.scan{{fill:#0969da;fill-opacity:.05;stroke:#218bff}}
.frame.loop{{fill:#bf3989;fill-opacity:.05;stroke:#e85aad}}
.frame.cond{{fill:#bc4c00;fill-opacity:.05;stroke:#fb8f44}}
.pill rect{{stroke-width:1}}
.pill text{{font-size:10px}}
.pill.weight rect{{fill:#fff1e5;stroke:#fb8f44}}.pill.weight text{{fill:#953800}}
.pill.number rect{{fill:#ffffff;stroke:#d0d7de}}.pill.number text{{fill:#57606a}}
.pill.from rect{{fill:none;stroke:#218bff;stroke-dasharray:3 2}}.pill.from text{{fill:#0550ae}}
.line{{fill:none;stroke:#6e7781;stroke-width:1.4}}
.line.whole{{stroke:#afb8c1;stroke-width:1}}
.line.caught{{stroke:#54aeff;stroke-dasharray:4 3;stroke-width:1}}
.line:hover{{stroke:#cf222e;stroke-width:2.5}}
.port{{fill:none;stroke:#8c959f;stroke-width:1;stroke-opacity:.5;stroke-dasharray:1 3}}
.back{{fill:none;stroke:#218bff;stroke-width:1.2;stroke-opacity:.75}}
@media(prefers-color-scheme:dark){{
text{{fill:#8d96a0}}
.kind,.name{{fill:#e6edf3}}
.attrs{{fill:#d2a8ff}}.type{{fill:#9ea7b3}}.role{{fill:#768390}}
.page{{fill:#0d1117}}
.card{{fill:#161b22;stroke:#30363d}}
.card.product{{fill:#0c2d6b;stroke:#1f6feb}}
.card.native{{fill:#271052;stroke:#8957e5}}
.card.curve{{fill:#033a16;stroke:#238636}}
.card.pick{{fill:#341a00;stroke:#9e6a03}}
.card.count{{fill:#0d1117;stroke:#30363d}}
.card.end{{fill:#21262d;stroke:#6e7681}}
.pill.weight rect{{fill:#3d1300;stroke:#bd561d}}.pill.weight text{{fill:#ffa657}}
.pill.number rect{{fill:#0d1117;stroke:#30363d}}.pill.number text{{fill:#8d96a0}}
.pill.from rect{{stroke:#1f6feb}}.pill.from text{{fill:#79c0ff}}
.line{{stroke:#6e7681}}.line.whole{{stroke:#484f58}}.line.caught{{stroke:#1f6feb}}
}}
"""
