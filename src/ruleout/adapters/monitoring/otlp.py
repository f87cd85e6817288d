# SPDX-License-Identifier: Apache-2.0
"""Spans as OpenTelemetry's collectors read them: OTLP's protobuf, by the package that its project publishes (G-11)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from importlib import import_module
from typing import Any

from ruleout.errors import RuleoutError
from ruleout.serving.monitoring.spans import Span, Value

#: Texts are names of permits and closed words; one that is longer is cut.
LONGEST = 128
_PACKAGE = "opentelemetry.proto"


class Otlp:
    """The classes of OTLP, loaded once."""

    def __init__(self) -> None:
        """Effect: loads the package.

        Raises:
            RuleoutError: the extra `telemetry` is not installed.
        """
        try:
            self._service: Any = import_module(f"{_PACKAGE}.collector.trace.v1.trace_service_pb2")
            self._trace: Any = import_module(f"{_PACKAGE}.trace.v1.trace_pb2")
            self._common: Any = import_module(f"{_PACKAGE}.common.v1.common_pb2")
        except ImportError as error:
            hint = "Install it: pip install 'ruleout[telemetry]'. Or take `telemetry:` out of the settings."
            raise RuleoutError("traces need the extra `telemetry`, which is not installed", hint=hint) from error

    def export_bytes(self, spans: Iterable[Span], resource: Mapping[str, Value]) -> bytes:
        """Return an ExportTraceServiceRequest. Pure."""
        request = self._service.ExportTraceServiceRequest()
        of_resource = request.resource_spans.add()
        of_resource.resource.attributes.extend(self._attributes(resource))
        of_scope = of_resource.scope_spans.add()
        of_scope.scope.name = "ruleout"
        of_scope.spans.extend(map(self._span, spans))
        return bytes(request.SerializeToString())

    def _span(self, one: Span) -> Any:
        told = self._trace.Span(
            trace_id=one.trace,
            span_id=one.span,
            name=one.name,
            kind=self._trace.Span.SPAN_KIND_SERVER,
            start_time_unix_nano=one.start_ns,
            end_time_unix_nano=one.end_ns,
            attributes=self._attributes(one.attributes),
        )
        if one.is_error:
            told.status.code = self._trace.Status.STATUS_CODE_ERROR
        return told

    def _attributes(self, values: Mapping[str, Value]) -> list[Any]:
        return [self._common.KeyValue(key=name, value=self._any(value)) for name, value in values.items()]

    def _any(self, value: Value) -> Any:
        if isinstance(value, str):
            # Half a character, which a client may send, is no text of protobuf's.
            return self._common.AnyValue(string_value=value[:LONGEST].encode("utf-8", "replace").decode())
        if isinstance(value, int):
            return self._common.AnyValue(int_value=value)
        return self._common.AnyValue(array_value=self._common.ArrayValue(values=map(self._any, value)))
