-- After how many days the sound of a company's calls is deleted; 0 is never, null as the installation is set.
ALTER TABLE platform.tenants
    ADD audio_days integer,
    ADD CONSTRAINT tenants_audio_days_some CHECK (audio_days >= 0);
