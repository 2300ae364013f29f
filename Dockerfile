FROM golang:1.26 AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
ARG VERSION=dev
RUN CGO_ENABLED=0 go build -trimpath -ldflags "-s -w -X main.version=$VERSION" -o /out/sixtwenty .
RUN mkdir -m 0700 /out/data

# Nothing but the program: it embeds its pages and the time zones, and needs no shell.
FROM scratch
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/
COPY --from=build /out/sixtwenty /sixtwenty
COPY --from=build /src/config.yaml /config.yaml
COPY --from=build --chown=62000:62000 /out/data /data
USER 62000:62000
WORKDIR /data
VOLUME /data
EXPOSE 6200
# Publish it to the machine alone: docker run -p 127.0.0.1:6200:6200 …
ENV SIXTYTWENTY_LISTEN=0.0.0.0:6200 SIXTYTWENTY_CONSOLE_LOCAL=true
ENTRYPOINT ["/sixtwenty"]
CMD ["run", "--config", "/config.yaml", "--data", "/data"]
