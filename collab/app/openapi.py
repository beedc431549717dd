"""`/api/openapi.json`: the JSON API, described from what its routes say that they take and give."""

from __future__ import annotations

import inspect
import re
from collections.abc import Awaitable, Callable, Sequence
from importlib.metadata import PackageNotFoundError, version
from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from collab.kit.web import Door, door_of, json_answer

Json = dict[str, Any]  # Any: a JSON document
SCHEMAS = "#/components/schemas/{name}"


def describe(routes: Callable[[], Sequence[BaseRoute]]) -> Callable[[Request], Awaitable[Response]]:
    """An endpoint that describes the API routes among those of the application."""

    async def endpoint(_: Request) -> Response:
        return json_answer(document(routes()))

    return endpoint


def document(routes: Sequence[BaseRoute]) -> Json:
    """The OpenAPI 3.1 document."""
    described = [(route, door) for route in routes if isinstance(route, Route) and (door := door_of(route))]
    apis = [(route, door) for route, door in described if door.is_api]
    kinds = [kind for _, door in apis for kind in (door.takes, door.gives) if kind is not None]
    schemas, components = msgspec.json.schema_components(kinds, ref_template=SCHEMAS)
    by_kind = {_key(kind): schema for kind, schema in zip(kinds, schemas, strict=True)}
    paths: dict[str, Json] = {}
    for route, door in apis:
        for method in sorted((route.methods or set()) - {"HEAD"}):
            paths.setdefault(_openapi_path(route.path), {})[method.lower()] = _operation(route, door, by_kind)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Consilium", "version": _version()},
        "paths": paths,
        "components": {
            "schemas": components,
            "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer"}},
        },
        "security": [{"bearer": []}],
    }


def _operation(route: Route, door: Door, by_kind: dict[str, Json]) -> Json:
    answers: Json = {"200": {"description": "Done"}, "default": {"description": "Refused: {refused, says, facts}"}}
    if door.gives is not None:
        answers["200"]["content"] = {"application/json": {"schema": by_kind[_key(door.gives)]}}
    operation: Json = {
        "summary": (inspect.getdoc(door.handler) or door.handler.__name__.replace("_", " ")).split("\n")[0],
        "parameters": [
            {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
            for name in re.findall(r"{(\w+)", route.path)
        ],
        "responses": answers,
    }
    if door.takes is not None:
        operation["requestBody"] = {"content": {"application/json": {"schema": by_kind[_key(door.takes)]}}}
    return operation


def _key(kind: Any) -> str:  # Any: a type or a generic alias, which is not always hashable
    return repr(kind)


def _openapi_path(path: str) -> str:
    return re.sub(r"{(\w+)(:\w+)?}", r"{\1}", path)


def _version() -> str:
    try:
        return version("consilium")
    except PackageNotFoundError:  # run from a checkout that is not installed
        return "0"
