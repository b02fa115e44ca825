"""The rest of AWS: moto's server on the same port, loaded when first needed, since it costs time and memory.

EC2 knows the lab's instances: stopping, starting and terminating them there does it in the lab.
"""

import logging
import os
import queue
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from rtk.lab.commands import Invocation, SentCommand
from rtk.lab.instance import Instance
from rtk.lab.runner import Written

ACCOUNT = "123456789012"
logger = logging.getLogger(__name__)
Environ = dict[str, Any]
Application = Callable[[Environ, Any], Iterable[bytes]]


@dataclass(slots=True)
class Cloud:
    """moto's part of the endpoint."""

    instances: dict[str, Instance]
    region: str
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _application: Application | None = None
    _seeded: dict[str, Any] = field(default_factory=dict)
    _outputs: "queue.SimpleQueue[tuple[str, Callable[[], None]]]" = field(default_factory=queue.SimpleQueue)
    _storing: threading.Thread | None = None

    def __call__(self, wsgi: Environ, start_response: Any) -> Iterable[bytes]:
        """Answer a request as a WSGI application."""
        ec2 = "/ec2/aws4_request" in wsgi.get("HTTP_AUTHORIZATION", "")
        application = self._loaded()
        if not ec2:
            return application(wsgi, start_response)
        from moto.ec2.models import ec2_backends  # noqa: PLC0415  loaded when first needed

        with self._lock:  # its EC2 learns of the lab's instances, under the lab's ids
            for instance in self.instances.values():
                if instance.id not in self._seeded:
                    self._seeded[instance.id] = _as_in_ec2(ec2_backends[ACCOUNT][self.region], instance)
        answer = application(wsgi, start_response)
        for instance in self.instances.values():  # what was done in EC2 is done in the lab
            state = self._seeded[instance.id].state
            if state == "running":
                instance.start()
            elif state in {"stopped", "terminated"} and instance.state != "terminated":
                instance.stop(state)
        return answer

    def issued(self, key: str) -> bool:
        """Return whether the lab's own IAM or STS gave out this access key."""
        if self._application is None:
            return False
        from moto.iam.models import iam_backends  # noqa: PLC0415  loaded when first needed

        # Anew each time: keys come and go with what is called.
        backends = [backend for account in list(iam_backends.values()) for backend in list(account.values())]
        return any(key in backend.access_keys for backend in backends)

    def store(self, command: SentCommand, invocation: Invocation, written: list[Written]) -> None:
        """Put the outputs where the command asked: S3, CloudWatch Logs. A failure there stays there."""
        bucket = command.request.get("OutputS3BucketName")
        if bucket:
            region = command.request.get("OutputS3Region", self.region)
            for stream in ("stdout", "stderr"):
                key = _key(command, invocation, written[-1], stream) if written else ""
                invocation.stored[stream] = f"https://s3.{region}.amazonaws.com/{bucket}/{key}"
        logs = command.request.get("CloudWatchOutputConfig", {}).get("CloudWatchOutputEnabled")
        if not written or not (bucket or logs):
            return
        with self._lock:
            # Begun with the first output that is to be stored: most labs never need it.
            if self._storing is None:
                self._storing = threading.Thread(target=self._store_all, name="store", daemon=True)
                self._storing.start()
        self._outputs.put((command.id, lambda: self._put(command, invocation, written, bucket, logs=bool(logs))))

    def _store_all(self) -> None:
        while True:
            command_id, store = self._outputs.get()
            try:
                store()
            except Exception as problem:  # noqa: BLE001  moto raises what AWS would answer; the command is over
                logger.warning(f"output not stored: {problem}", extra={"command_id": command_id})

    def _put(
        self,
        command: SentCommand,
        invocation: Invocation,
        written: list[Written],
        bucket: str | None,
        *,
        logs: bool,
    ) -> None:
        self._loaded()
        for one in written:
            for stream in ("stdout", "stderr"):
                content = one.output(stream)
                if not content:
                    continue
                if bucket:
                    from moto.s3.models import s3_backends  # noqa: PLC0415  loaded when first needed

                    key = _key(command, invocation, one, stream)
                    s3_backends[ACCOUNT]["aws"].put_object(bucket, key, content)
                if logs:
                    from moto.logs.models import logs_backends  # noqa: PLC0415  as above

                    backend = logs_backends[ACCOUNT][self.region]
                    group = command.request["CloudWatchOutputConfig"].get("CloudWatchLogGroupName")
                    group = group or f"/aws/ssm/{command.document_name}"
                    if group not in backend.groups:
                        backend.create_log_group(group, {})
                    step = one.step.name.replace(":", "-")  # which no name of a log stream may hold
                    name = f"{command.id}/{invocation.instance_id}/{step}/{stream}"
                    backend.ensure_log_stream(group, name)
                    at = int(command.requested * 1000)
                    lines = content.decode("utf-8", errors="replace").splitlines()
                    backend.put_log_events(group, name, [{"timestamp": at, "message": line} for line in lines if line])

    def _loaded(self) -> Application:
        with self._lock:
            if self._application is None:
                os.environ["MOTO_EC2_LOAD_DEFAULT_AMIS"] = "false"  # thousands of images nobody asks for, seconds long
                from moto.moto_server.werkzeug_app import (  # noqa: PLC0415  loaded when first needed
                    DomainDispatcherApplication,
                    create_backend_app,
                )

                self._application = DomainDispatcherApplication(create_backend_app)
            return self._application


def _as_in_ec2(backend: Any, instance: Instance) -> Any:
    reservation = backend.run_instances(
        "ami-12c6146b",
        1,
        None,
        [],
        instance_type="t3.micro",
        is_instance_type_default=False,
        placement=f"{backend.region_name}a",
        region_name=backend.region_name,
        tags={"instance": instance.tags},
        ebs_optimized=False,
        disable_api_stop=False,
        nics=[],
        security_group_ids=[],
        private_ip=instance.room.address,
    )
    seeded = reservation.instances[0]
    backend.tags[instance.id].update(backend.tags.pop(seeded.id, {}))  # which moto keeps by id
    seeded.id = instance.id
    return seeded


def _key(command: SentCommand, invocation: Invocation, written: Written, stream: str) -> str:
    prefix = command.request.get("OutputS3KeyPrefix", "").strip("/")
    step = written.step.name
    if step == "aws:runShellScript":  # of AWS-RunShellScript, which has a name of its own in AWS's keys
        step = "0.awsrunShellScript"
    parts = [prefix, command.id, invocation.instance_id, "awsrunShellScript", step, stream]
    return "/".join(part for part in parts if part)
