"""The lab: AWS Systems Manager on one's own machine, executing for real.

    daemon      one process: the AWS endpoint (endpoint, protocol, ssm, library, runner; the rest is moto's)
    instance    its handle on an instance: starts commands there, hears how they ended
    inside      the instance itself: the first process of its own namespaces, with a web target and shepherds

Start reading at `rtk.lab.daemon` for the whole, at `rtk.lab.ssm` for what an AWS call does.
"""
