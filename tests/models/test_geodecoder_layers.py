"""The decoder's layers against attention written out, query by query."""

import math

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional

from geoutils.models.geodecoder.attention import CrossAttention, SelfAttention
from geoutils.models.geodecoder.decoder import GeoDecoder
from geoutils.models.geodecoder.grouped_linear import GroupedLinear
from geoutils.models.geodecoder.layer import DecoderLayer
from geoutils.models.geodecoder.positions import sine_positions, with_positions
from geoutils.models.geodecoder.queries import GeoQueries

HIERARCHIES, SCENES, WIDTH, CHANNELS, PLACES, HEADS = 3, 4, 8, 12, 9, 2


@pytest.fixture(autouse=True)
def fixed_seed():
    torch.manual_seed(0)


def layer(n_groups):
    made = DecoderLayer(n_groups, WIDTH, CHANNELS, HEADS, 2 * WIDTH)
    for parameter in made.parameters():  # norms and biases too, so that all of them count
        nn.init.normal_(parameter, std=0.5)
    return made


def decoder(n_independent, n_dependent, positions=False):
    return GeoDecoder(
        n_channels=CHANNELS,
        n_hierarchies=HIERARCHIES,
        n_scenes=SCENES,
        width=WIDTH,
        n_independent=n_independent,
        n_dependent=n_dependent,
        n_heads=HEADS,
        ffn_ratio=2,
        positions=positions,
    )


def normalised(vector, norm):
    centred = vector - vector.mean()
    return centred / math.sqrt((centred**2).mean() + norm.eps) * array(norm.weight) + array(
        norm.bias
    )


def array(tensor):
    return tensor.detach().double().numpy()


def attended(query, keys, values):
    """Softmax attention of one query, head by head."""
    part = len(query) // HEADS
    found = []
    for head in range(HEADS):
        chosen = slice(head * part, (head + 1) * part)
        scores = np.exp([query[chosen] @ key[chosen] / math.sqrt(part) for key in keys])
        shares = scores / scores.sum()
        found.append(sum(s * value[chosen] for s, value in zip(shares, values, strict=True)))
    return np.concatenate(found)


def plain_layer(made, queries, tokens):
    """One photo through a layer, one query after the other, in float64."""
    attention, cross = made.self_attention, made.cross_attention
    inputs = (
        [array(w) for w in attention.inputs.weight],
        array(attention.inputs.bias).reshape(made.n_groups, -1),
    )
    outputs = (
        [array(w) for w in attention.output.weight],
        array(attention.output.bias).reshape(made.n_groups, -1),
    )
    first, second = made.feed_forward[0], made.feed_forward[2]
    out = {}
    group_of = {
        (h, s): h if made.n_groups > 1 else 0 for h in range(HIERARCHIES) for s in range(SCENES)
    }
    heard = {}
    for place, group in group_of.items():
        members = [other for other in group_of if group_of[other] == group]
        seen = [
            inputs[0][group] @ normalised(queries[m], made.norms[0]) + inputs[1][group]
            for m in members
        ]
        own = seen[members.index(place)][:WIDTH]
        keys, values = [v[WIDTH : 2 * WIDTH] for v in seen], [v[2 * WIDTH :] for v in seen]
        answer = outputs[0][group] @ attended(own, keys, values) + outputs[1][group]
        heard[place] = queries[place] + answer
    pairs = [
        array(cross.keys_values.weight) @ normalised(token, made.norm_tokens)
        + array(cross.keys_values.bias)
        for token in tokens
    ]
    keys, values = [p[:WIDTH] for p in pairs], [p[WIDTH:] for p in pairs]
    for place, group in group_of.items():
        y = heard[place]
        query = array(cross.query.weight) @ normalised(y, made.norms[1]) + array(cross.query.bias)
        z = (
            y
            + array(cross.output.weight) @ attended(query, keys, values)
            + array(cross.output.bias)
        )
        biases = [array(part.bias).reshape(made.n_groups, -1)[group] for part in (first, second)]
        hidden = array(first.weight[group]) @ normalised(z, made.norms[2]) + biases[0]
        hidden = np.array([x * 0.5 * (1 + math.erf(x / math.sqrt(2))) for x in hidden])
        out[place] = z + array(second.weight[group]) @ hidden + biases[1]
    return out


@pytest.mark.parametrize("n_groups", [1, HIERARCHIES])
def test_a_layer_equals_the_equations_query_by_query(n_groups):
    made = layer(n_groups)
    queries = torch.randn(2, HIERARCHIES, SCENES, WIDTH)
    tokens = torch.randn(2, PLACES, CHANNELS)
    found = made(queries, tokens).detach().numpy()
    for photo in range(2):
        plain = plain_layer(made, array(queries[photo]), array(tokens[photo]))
        for (h, s), expected in plain.items():
            np.testing.assert_allclose(found[photo, h, s], expected, rtol=1e-4, atol=2e-4)


def test_attention_equals_torchs():
    ours, theirs = (
        SelfAttention(1, WIDTH, HEADS),
        nn.MultiheadAttention(WIDTH, HEADS, batch_first=True),
    )
    nn.init.normal_(ours.inputs.bias)
    theirs.load_state_dict(
        {
            "in_proj_weight": ours.inputs.weight[0],
            "in_proj_bias": ours.inputs.bias,
            "out_proj.weight": ours.output.weight[0],
            "out_proj.bias": ours.output.bias,
        }
    )
    queries = torch.randn(2, 5, WIDTH)
    expected, _ = theirs(queries, queries, queries)
    torch.testing.assert_close(ours(queries[:, None])[:, 0], expected)


def test_cross_attention_equals_torchs_and_shows_its_weights():
    ours = CrossAttention(WIDTH, CHANNELS, HEADS)
    theirs = nn.MultiheadAttention(WIDTH, HEADS, kdim=CHANNELS, vdim=CHANNELS, batch_first=True)
    key, value = ours.keys_values.weight.chunk(2)
    theirs.load_state_dict(
        {
            "q_proj_weight": ours.query.weight,
            "k_proj_weight": key,
            "v_proj_weight": value,
            "in_proj_bias": torch.cat([ours.query.bias, ours.keys_values.bias]),
            "out_proj.weight": ours.output.weight,
            "out_proj.bias": ours.output.bias,
        }
    )
    queries, tokens = torch.randn(2, 5, WIDTH), torch.randn(2, PLACES, CHANNELS)
    expected, weights = theirs(queries, tokens, tokens, average_attn_weights=False)
    torch.testing.assert_close(ours(queries, tokens), expected)
    for head in range(HEADS):
        torch.testing.assert_close(ours.weights(queries, tokens, head), weights[:, head])
    # one batch of queries for all photos
    torch.testing.assert_close(ours(queries[:1], tokens), ours(queries[:1].repeat(2, 1, 1), tokens))


def test_grouped_linear_is_a_linear_layer_per_group():
    grouped = GroupedLinear(3, 5, 4)
    nn.init.normal_(grouped.bias)
    values = torch.randn(2, 3, 6, 5)
    for group in range(3):
        bias = grouped.bias[4 * group : 4 * group + 4]
        expected = functional.linear(values[:, group], grouped.weight[group], bias)
        torch.testing.assert_close(grouped(values)[:, group], expected)


@pytest.mark.parametrize(("layers", "mixes"), [((0, 2), False), ((2, 0), True), ((1, 1), True)])
def test_dependent_layers_let_nothing_pass_between_hierarchies(layers, mixes):
    made = decoder(*layers).double()
    tokens = torch.randn(2, PLACES, CHANNELS, dtype=torch.float64)
    for hierarchy in range(HIERARCHIES):
        answer = made(tokens)[:, hierarchy]
        weights = torch.randn_like(answer)  # a plain sum could cancel
        (gradient,) = torch.autograd.grad((answer * weights).sum(), made.queries.vectors)
        influence = gradient.abs().amax(dim=(1, 2))
        others = torch.arange(HIERARCHIES) != hierarchy
        assert influence[hierarchy] > 0
        assert (influence[others] > 0).all() if mixes else (influence[others] == 0).all()


def test_dependent_layers_have_weights_of_their_own_for_each_hierarchy():
    made = layer(HIERARCHIES)
    queries, tokens = torch.randn(1, HIERARCHIES, SCENES, WIDTH), torch.randn(1, PLACES, CHANNELS)
    before = made(queries, tokens)
    for own in (made.self_attention.output.weight, made.feed_forward[2].weight):
        with torch.no_grad():
            own[1] += 1
        changed = ((made(queries, tokens) - before).abs().amax(dim=(0, 2, 3)) > 0).tolist()
        assert changed == [False, True, False]
        with torch.no_grad():
            own[1] -= 1
    with torch.no_grad():
        made.cross_attention.output.weight += 1
    assert ((made(queries, tokens) - before).abs().amax(dim=(0, 2, 3)) > 0).all()


def test_all_photos_start_from_the_same_queries():
    made = decoder(2, 1).eval()
    tokens = torch.randn(3, PLACES, CHANNELS)
    together = made(tokens)
    assert together.shape == (3, HIERARCHIES, SCENES, WIDTH)
    queries = made.queries().repeat(3, 1, 1, 1)
    for one in made.layers:
        queries = one(queries, tokens)
    torch.testing.assert_close(together, queries)
    torch.testing.assert_close(together[1:2], made(tokens[1:2]))


def test_layers_add_little_at_first():
    torch.manual_seed(1)
    deep = GeoDecoder(64, 7, 16, 64, 6, 2, 4, 4, False)
    added = deep(torch.randn(4, PLACES, 64)) - deep.queries()
    assert 0.1 < added.std() < 1  # the queries themselves have 1
    for layer in deep.layers:
        for weight in layer.added():
            n_in = weight.shape[-1]
            assert weight.std() * math.sqrt(n_in) < 1.05 / math.sqrt(3 * 8)


def test_maps_are_the_first_heads_weights_and_change_no_answer():
    made = decoder(1, 1)
    tokens = torch.randn(2, PLACES, CHANNELS)
    queries, maps = made.with_attention(tokens)
    torch.testing.assert_close(queries, made(tokens))
    assert maps.shape == (2, HIERARCHIES, SCENES, PLACES)
    torch.testing.assert_close(maps.sum(-1), torch.ones(2, HIERARCHIES, SCENES))
    last = made.layers[-1]
    asked = last.norms[1](last.asked(made.layers[0](made.queries(), tokens)))
    part, cross = WIDTH // HEADS, last.cross_attention
    query = cross.query(asked)[..., :part]
    key = cross.keys_values(last.norm_tokens(tokens))[..., :part]
    scores = torch.einsum("bhsd,bpd->bhsp", query, key) / math.sqrt(part)
    torch.testing.assert_close(maps, scores.softmax(-1))


def test_positions_tell_places_apart_and_the_grid_from_the_order():
    positions = sine_positions(16, 8)
    assert torch.cdist(positions, positions).add(9 * torch.eye(16)).min() > 0.3
    torch.testing.assert_close(positions[:4, 2], positions[[3, 2, 1, 0], 2] * 0 + positions[0, 2])
    grid = positions.unflatten(0, (4, 4))
    assert (grid[:, :1, :4] == grid[..., :4]).all() and (grid[:1, :, 4:] == grid[..., 4:]).all()
    half_wave = np.sin(np.pi * np.array([0.125, 0.375, 0.625, 0.875]))
    np.testing.assert_allclose(grid[:, 0, 0], half_wave, rtol=1e-6)
    np.testing.assert_allclose(grid[0, :, 4], half_wave, rtol=1e-6)
    tokens = torch.randn(2, 16, 8)
    shuffled = tokens[:, torch.randperm(16)]
    plain, placed = decoder_of(False), decoder_of(True)
    torch.testing.assert_close(plain(tokens), plain(shuffled))
    assert not torch.allclose(placed(tokens), placed(shuffled), atol=1e-3)


def decoder_of(positions):
    return GeoDecoder(8, 2, 1, 8, 1, 0, 2, 1, positions)


def test_bad_sizes_are_refused():
    with pytest.raises(ValueError, match="8 places are no square picture"):
        with_positions(torch.zeros(1, 8, 4))
    with pytest.raises(ValueError, match="n_features: 6; positions need a multiple of 4"):
        sine_positions(4, 6)
    with pytest.raises(ValueError, match=r"n_independent, n_dependent: 0, 0; expected one or more"):
        decoder(0, 0)
    with pytest.raises(ValueError, match="width: 8; expected a multiple of the 3 heads"):
        GeoDecoder(8, 2, 1, 8, 1, 0, 3, 1, False)
    with pytest.raises(ValueError, match="n_scenes: 0; expected 1 or more"):
        GeoQueries(7, 0, 8)
