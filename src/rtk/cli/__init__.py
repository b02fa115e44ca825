"""The commands: `chaos verify` as a plugin of the Chaos Toolkit, and `rtk`."""
