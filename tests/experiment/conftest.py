from hypothesis import settings

# A slow machine is no failure of a property.
settings.register_profile("patient", deadline=None)
settings.load_profile("patient")
