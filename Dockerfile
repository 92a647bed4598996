# docs/service.md says how to build and run it.
FROM python:3.12-slim AS build
WORKDIR /src
COPY pyproject.toml requirements.lock README.md LICENSE config.toml ./
COPY addendum addendum
COPY alerts alerts
COPY crawler crawler
COPY revisions revisions
COPY scheduler scheduler
COPY storage storage
COPY web web
RUN python -m venv /opt/addendum && /opt/addendum/bin/pip install --no-cache-dir -c requirements.lock .

FROM python:3.12-slim
RUN useradd --system --uid 10001 --home-dir /data addendum && mkdir /data && chown addendum /data
COPY --from=build /opt/addendum /opt/addendum
USER addendum
WORKDIR /data
VOLUME /data
EXPOSE 8321
ENV PATH=/opt/addendum/bin:$PATH ADDENDUM_WEB__HOST=0.0.0.0
STOPSIGNAL SIGTERM
ENTRYPOINT ["addendum"]
CMD ["--config", "/data/config.toml", "run"]
