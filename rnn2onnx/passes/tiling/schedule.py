"""The order in which the regions of a block run, and what stays outside them."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Mapping

from rnn2onnx.ir import Block, Op, Value
from rnn2onnx.passes.dependence import inputs_of
from rnn2onnx.passes.tiling.region import Region


def scheduled(block: Block, regions: Iterable[Region]) -> list[Op | Region]:
    """The operations that stay outside and the regions, in an order in which each comes after what it needs.

    An operation of a region stays outside too where its value is needed there and is not an output of the region.
    """
    given: dict[Value, Region] = {}
    inside: dict[Op, Region] = {}
    for region in regions:
        given.update(dict.fromkeys(region.outputs, region))
        inside.update(dict.fromkeys(region.ops, region))
    outside = _outside(block, given, inside)
    number = {op: index for index, op in enumerate(block.ops)}
    nodes: list[Op | Region] = [*(op for op in block.ops if op in outside), *regions]
    makers: dict[Value, Op | Region] = {value: op for op in outside for value in op.results}
    makers.update(given)
    after: dict[int, list[int]] = {}
    missing = [0] * len(nodes)
    place = {id(node): index for index, node in enumerate(nodes)}
    order: list[int] = []
    for index, node in enumerate(nodes):
        if isinstance(node, Region):
            inputs = node.inputs()
            order.append(max(number[op] for op in node.ops))
        else:
            inputs = set(inputs_of(node))
            order.append(number[node])
        before = {place[id(makers[value])] for value in inputs if value in makers} - {index}
        missing[index] = len(before)
        for each in before:
            after.setdefault(each, []).append(index)
    ready = [(order[index], index) for index in range(len(nodes)) if not missing[index]]
    heapq.heapify(ready)
    result: list[Op | Region] = []
    while ready:
        _, index = heapq.heappop(ready)
        result.append(nodes[index])
        for each in after.get(index, ()):
            missing[each] -= 1
            if not missing[each]:
                heapq.heappush(ready, (order[each], each))
    assert len(result) == len(nodes), "regions wait for each other"
    return result


def _outside(block: Block, given: Mapping[Value, Region], inside: Mapping[Op, Region]) -> set[Op]:
    needed = {*block.results, *(value for region in set(inside.values()) for value in region.inputs())}
    found: set[Op] = set()
    for op in reversed(block.ops):
        if op in inside and not any(value in needed and value not in given for value in op.results):
            continue
        found.add(op)
        needed.update(inputs_of(op))
    return found
